package store

import "os"

func Remove(path string) error {
	_ = os.Remove(path)
	return nil
}
