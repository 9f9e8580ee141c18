package store

import "fmt"

func Open(path string) error {
	if err := mount(path); err != nil {
		return fmt.Errorf("mount %s: %w", path, err)
	}
	return nil
}
