"""The command line: arguments in, the pipeline's answers out."""
