"""A treebank of one sentence, with a word that is two, and quotation marks."""

CONLLU = """# sent_id = 1
# text = قال "نعم" وغادر.
1\tقال\t_\tVERB\t_\t_\t0\troot\t_\t_
2\t"\t_\tPUNCT\t_\t_\t3\tpunct\t_\tSpaceAfter=No
3\tنعم\t_\tINTJ\t_\t_\t1\tobj\t_\tSpaceAfter=No
4\t"\t_\tPUNCT\t_\t_\t3\tpunct\t_\t_
5-6\tوغادر\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No
5\tو\t_\tCCONJ\t_\t_\t6\tcc\t_\t_
6\tغادر\t_\tVERB\t_\t_\t1\tconj\t_\t_
7\t.\t_\tPUNCT\t_\t_\t1\tpunct\t_\t_

"""

# The same with lemmas, all three columns of tags, and hamza.
TAGGED = """# sent_id = 2
# text = قال "نعم" وغادر للأمم.
1\tقال\tقال\tVERB\tVP-A\tAspect=Perf|Voice=Act\t0\troot\t_\t_
2\t"\t"\tPUNCT\tG---\t_\t3\tpunct\t_\tSpaceAfter=No
3\tنعم\tنعم\tINTJ\tI---\t_\t1\tobj\t_\tSpaceAfter=No
4\t"\t"\tPUNCT\tG---\t_\t3\tpunct\t_\t_
5-6\tوغادر\t_\t_\t_\t_\t_\t_\t_\t_
5\tو\tو\tCCONJ\tC---\t_\t6\tcc\t_\t_
6\tغادر\tغادر\tVERB\tVP-A\tAspect=Perf|Voice=Act\t1\tconj\t_\t_
7-8\tللأمم\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No
7\tل\tل\tADP\tP---\tAdpType=Prep\t8\tcase\t_\t_
8\tالأمم\tأمة\tNOUN\tN---\tCase=Gen|Definite=Def\t6\tobl:arg\t_\t_
9\t.\t.\tPUNCT\tG---\t_\t1\tpunct\t_\t_

"""
