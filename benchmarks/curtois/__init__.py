"""Employee shift scheduling instances of Curtois and Qu: read, score, compare. The instances are not kept here."""
