package sign

import "crypto/md5"

func Sum(data []byte) [16]byte {
	return md5.Sum(data)
}
