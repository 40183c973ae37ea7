"""The pipeline: the steps from workbook to statistics, one after the other.

    build → (a person types) → read → check → submit → plan → apply → compute → write

The command line and Excel call these functions and nothing else: `kommune` to `submit`,
`departement` to `apply`, `statistics` to the end. What lies behind a step is imported when the
step is taken, so that a check loads no database and a template no parser.
"""
