"""Encoders and folders of weights, for the stages that have models."""
