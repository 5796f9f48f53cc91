"""A stranger's video file, decoded in a process that may do nothing else."""
