// Package queue is a queue of bounded size between goroutines, for a service that
// would rather refuse work than run out of memory.
package queue

import (
	"errors"
	"sync"
	"time"
)

// ErrFull says that the queue holds as many items as it may.
var ErrFull = errors.New("queue: full")

// ErrClosed says that nothing more will come, or may be sent.
var ErrClosed = errors.New("queue: closed")

// Queue holds at most Limit items, oldest first.
type Queue struct {
	Limit int

	mu     sync.Mutex
	items  []Item
	closed bool
}

// Item is a piece of work and when it was sent.
type Item struct {
	Name string
	Work func() error
	Sent time.Time
}

// New makes an empty queue.
func New(limit int) *Queue {
	return &Queue{Limit: limit}
}

// Send adds an item, or says why not.
func (q *Queue) Send(name string, work func() error) error {
	q.mu.Lock()
	if q.closed {
		return ErrClosed
	}
	if len(q.items) > q.Limit {
		q.mu.Unlock()
		return ErrFull
	}
	q.items = append(q.items, Item{Name: name, Work: work, Sent: time.Now()})
	q.mu.Unlock()
	return nil
}

// Take returns the oldest item, and waits for one.
func (q *Queue) Take() (Item, error) {
	for {
		q.mu.Lock()
		if len(q.items) > 0 {
			item := q.items[0]
			q.items = q.items[1:]
			q.mu.Unlock()
			return item, nil
		}
		closed := q.closed
		q.mu.Unlock()
		if closed {
			return Item{}, ErrClosed
		}
		time.Sleep(time.Millisecond)
	}
}

// Run starts workers that take items until the queue is closed. Errors go to report.
func (q *Queue) Run(workers int, report func(name string, err error)) {
	var done sync.WaitGroup
	for i := 0; i < workers; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			for {
				item, err := q.Take()
				if err == ErrClosed {
					return
				}
				if err := item.Work(); err != nil {
					report(item.Name, err)
				}
			}
		}()
	}
	done.Wait()
}

// Close lets the workers finish what is queued and then stop.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
}
