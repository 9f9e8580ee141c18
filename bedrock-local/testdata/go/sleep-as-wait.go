package work

import "time"

func Run(jobs []func()) {
	for _, job := range jobs {
		go func() { job() }()
	}
	time.Sleep(2 * time.Second)
}
