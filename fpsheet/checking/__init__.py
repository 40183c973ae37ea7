"""Checking: a received file is read, judged by the rules and told of, finding by finding."""
