"""The tables of the central database, by what they are about; `fpsheet_sync.schema` has all."""
