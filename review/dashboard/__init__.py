"""The page "Overzicht": figures of all conversations in pictures, from the statistics alone."""
