"""What is asked of the site, and how often: searches, pages and downloads through yt-dlp."""
