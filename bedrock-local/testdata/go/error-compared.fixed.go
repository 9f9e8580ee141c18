package read

import (
	"errors"
	"io"
)

func Done(err error) bool {
	if errors.Is(err, io.EOF) {
		return true
	}
	return false
}
