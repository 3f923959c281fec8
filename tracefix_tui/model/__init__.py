"""Floor 0: the words every other floor speaks. Plain frozen data, no I/O, nothing imported from above."""
