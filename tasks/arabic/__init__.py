"""Arabic: letters, words, sentences, quotation marks, dates. Imports the standard library and `hijridate` alone."""
