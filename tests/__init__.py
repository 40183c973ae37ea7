"""The tests of fpsheet, by kind of test."""
