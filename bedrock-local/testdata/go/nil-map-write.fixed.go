package count

func Words(words []string) map[string]int {
	seen := make(map[string]int)
	seen["first"] = 1
	for _, word := range words {
		seen[word]++
	}
	return seen
}
