"""The data sets, one file each: NAME.py holds the reader and the `CARD` of the data set NAME."""
