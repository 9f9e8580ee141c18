package store

import "os"

func Remove(path string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	return nil
}
