package read

import "io"

func Done(err error) bool {
	if err == io.EOF {
		return true
	}
	return false
}
