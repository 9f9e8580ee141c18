package feature

func Visible(flags map[string]bool, name string) bool {
	if flags[name] == false {
		return false
	}
	return true
}
