package feature

func Visible(flags map[string]bool, name string) bool {
	if !flags[name] {
		return false
	}
	return true
}
