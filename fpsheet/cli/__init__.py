"""The command line: arguments become steps of kommune or departement, and these are shown."""
