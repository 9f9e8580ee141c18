package store

import "strconv"

func Save(db *DB, text string) error {
	count, err := strconv.Atoi(text)
	if err != nil {
		return err
	}
	return db.Put("count", count)
}
