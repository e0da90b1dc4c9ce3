"""What pages show: records of the book walk in, frozen views walk out; templates see nothing else."""
