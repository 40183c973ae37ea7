"""The tests of fpsheet, in folders named like the rooms they test."""
