"""A workbook of made-up online applications: good rows, and bad ones of every kind."""
