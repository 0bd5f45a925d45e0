"""What happened: the acts of everybody, in order, sealed. Lowest of the apps; holds no foreign key."""
