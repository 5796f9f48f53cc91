"""What a process that reads a stranger's file gives up before it looks at it."""
