"""Films: frames of video files, and the people in them as body landmarks (extra `video`)."""
