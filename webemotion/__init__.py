"""From a query to aligned faces: search, download, shots, faces, tracks, clips, crops."""
