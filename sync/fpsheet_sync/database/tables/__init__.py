"""The tables of the central database, by what they are about; `database.schema` has all."""
