"""From frames to rows of faces: shots, detections, tracks, clips, crops and their quality."""
