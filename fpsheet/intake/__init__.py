"""Intake: from the bytes of a file to raw sheets, in a process with limits."""
