package store

import "strconv"

func Save(db *DB, text string) error {
	count, _ := strconv.Atoi(text)
	return db.Put("count", count)
}
