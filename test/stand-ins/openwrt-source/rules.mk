# only its name counts
