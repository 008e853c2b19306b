package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/anishathalye/porcupine"
)

// One operation of a client, a line of the history. `Answer` is absent where nobody knows what became of it.
type Operation struct {
	Client  int     `json:"client"`
	Call    int64   `json:"call"` // nanoseconds of one clock that all clients share
	Return  int64   `json:"return"`
	Request Request `json:"request"`
	Answer  *Answer `json:"answer"`
}

type Request struct {
	Task        string  `json:"task"`
	Kind        string  `json:"kind"` // create, edit, delete or read
	Expect      *int    `json:"expect"`
	Merge       bool    `json:"merge"`
	Title       *string `json:"title"`
	Description *string `json:"description"`
	Key         string  `json:"key"`

	known    *known // what the whole history tells of the task
	isTheEnd bool   // the last operation of each task, put there by the checker
}

// Whatever an answer does not tell is zero.
type Answer struct {
	Status      int    `json:"status"`
	Version     int    `json:"version"` // of the task that the answer shows
	Title       string `json:"title"`
	Description string `json:"description"`
	EventID     string `json:"eventId"`
	Replayed    bool   `json:"replayed"`
}

func (a *Answer) content() content { return content{a.Title, a.Description} }

type content struct{ title, description string }

// What the whole history tells of one task. It spares the search what cannot be, or need not.
type known struct {
	shown  map[int]content // by version: what it looks like, to everybody and for ever
	named  int             // the highest version in any answer or expectation
	hidden int             // events that replays speak of, but not their versions
}

// After this version no answer depends on what an unknown operation might have made, so it need not have made anything.
func (k *known) last() int { return k.named + k.hidden }

func (k *known) learn(r *Request, a *Answer) error {
	if r.Expect != nil && *r.Expect > k.named {
		k.named = *r.Expect
	}
	if a == nil {
		return nil
	}
	if a.Replayed && a.Status == 204 {
		k.hidden++
	}
	if a.Version == 0 {
		return nil
	}
	if a.Version > k.named {
		k.named = a.Version
	}
	before, is := k.shown[a.Version]
	if is && before != a.content() {
		return fmt.Errorf("version %d was shown as %v and as %v", a.Version, before, a.content())
	}
	k.shown[a.Version] = a.content()
	return nil
}

func readHistory(from io.Reader) ([]Operation, error) {
	var history []Operation
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		var operation Operation
		if err := json.Unmarshal(lines.Bytes(), &operation); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(history)+1, err)
		}
		history = append(history, operation)
	}
	return history, lines.Err()
}

// What porcupine searches. An operation whose outcome is unknown stays open until after the end of its task.
// Fails if two answers show one version differently: then no order can explain them.
func prepare(history []Operation) ([]porcupine.Operation, error) {
	knownOf := map[string]*known{}
	var end int64
	var prepared []porcupine.Operation
	for i := range history {
		operation := &history[i]
		task := operation.Request.Task
		if knownOf[task] == nil {
			knownOf[task] = &known{shown: map[int]content{}}
		}
		operation.Request.known = knownOf[task]
		if operation.Answer == nil {
			operation.Return = math.MaxInt64
		} else if operation.Return > end {
			end = operation.Return
		}
		if operation.Call > end {
			end = operation.Call
		}
		if err := knownOf[task].learn(&operation.Request, operation.Answer); err != nil {
			return nil, fmt.Errorf("task %s, %w", task, err)
		}
		prepared = append(prepared, porcupine.Operation{ClientId: operation.Client, Input: &operation.Request,
			Call: operation.Call, Output: operation.Answer, Return: operation.Return})
	}
	for task := range knownOf {
		prepared = append(prepared, porcupine.Operation{Input: &Request{Task: task, isTheEnd: true},
			Call: end + 1, Output: (*Answer)(nil), Return: end + 2})
	}
	return prepared, nil
}

func byTask(history []porcupine.Operation) [][]porcupine.Operation {
	var tasks []string
	of := map[string][]porcupine.Operation{}
	for _, operation := range history {
		task := operation.Input.(*Request).Task
		if of[task] == nil {
			tasks = append(tasks, task)
		}
		of[task] = append(of[task], operation)
	}
	var parts [][]porcupine.Operation
	for _, task := range tasks {
		parts = append(parts, of[task])
	}
	return parts
}
