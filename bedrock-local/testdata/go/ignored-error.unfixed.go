package store

import "strconv"

func Count(text string) int {
	count, _ := strconv.Atoi(text)
	return count
}
