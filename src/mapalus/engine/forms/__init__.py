"""Forms: what is asked, of whom, when it shows, and whether an answer fits."""
