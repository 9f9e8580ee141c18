package cart

import (
	"encoding/json"
	"fmt"
	"os"
)

// Total sums the prices of the cart in a file.
func Total(path string) (int, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", path, err)
	}
	var cart struct {
		Items []struct{ Price, Count int }
	}
	if err := json.Unmarshal(data, &cart); err != nil {
		return 0, fmt.Errorf("parse %s: %w", path, err)
	}
	total := 0
	for i := 0; i < len(cart.Items); i++ {
		total += cart.Items[i].Price * cart.Items[i].Count
	}
	return total, nil
}
