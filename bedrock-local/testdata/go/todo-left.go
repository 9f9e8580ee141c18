package retry

// Do runs the work once. TODO: retry it.
func Do(work func() error) error {
	return work()
}
