"""What a post says: text walks in, calibrated scores and the words that carried them walk out."""
