package main

import (
	"fmt"
	"strings"

	"github.com/anishathalye/porcupine"
)

// A task as clients are promised it: a register with a version. Values, so that states compare with ==.
type state struct {
	version       int // 0: there is no task yet
	deleted       bool
	content       content
	titleAt       int    // the version that last changed it
	descriptionAt int    // likewise
	keys          string // of the commands that have made an event: " key=event@version" of each
	ended         bool   // the history is over: what has not happened until now never will
}

func (s state) String() string {
	switch {
	case s.version == 0:
		return "nothing"
	case s.deleted:
		return fmt.Sprintf("v%d, deleted", s.version)
	}
	return fmt.Sprintf("v%d %q %q", s.version, s.content.title, s.content.description)
}

// ---- what becomes of a request at one moment

type outcome int

const (
	found outcome = iota
	applied
	unchanged
	replayed
	missing
	gone
	conflict
)

func become(s state, r *Request) (outcome, state) {
	if r.Key != "" && s.firstWith(r.Key) != nil {
		return replayed, s
	}
	switch {
	case s.deleted:
		return gone, s
	case r.Kind == "create" && s.version > 0:
		return conflict, s
	case r.Kind != "create" && s.version == 0:
		return missing, s
	case r.Kind == "read":
		return found, s
	case r.Kind != "create" && !meetsExpectation(s, r):
		return conflict, s
	}
	next := changed(s, r)
	if next == s {
		return unchanged, s
	}
	return applied, next
}

func meetsExpectation(s state, r *Request) bool {
	if r.Expect == nil || *r.Expect == s.version {
		return true
	}
	if !r.Merge || *r.Expect < 1 || *r.Expect > s.version {
		return false
	}
	titleClashes := r.Title != nil && *r.Title != s.content.title && s.titleAt > *r.Expect
	descriptionClashes := r.Description != nil && *r.Description != s.content.description && s.descriptionAt > *r.Expect
	return !titleClashes && !descriptionClashes
}

func changed(s state, r *Request) state {
	next := s
	next.version++
	if r.Kind == "delete" {
		next.deleted = true
		return next
	}
	if r.Title != nil && *r.Title != s.content.title {
		next.content.title, next.titleAt = *r.Title, next.version
	}
	if r.Description != nil && *r.Description != s.content.description {
		next.content.description, next.descriptionAt = *r.Description, next.version
	}
	if r.Kind != "create" && next.content == s.content {
		return s
	}
	return next
}

type keyed struct {
	event   string // empty if nobody was told
	version int
}

func (s state) firstWith(key string) *keyed {
	_, rest, is := strings.Cut(s.keys+" ", " "+key+"=")
	if !is {
		return nil
	}
	var first keyed
	entry, _, _ := strings.Cut(rest, " ")
	at := strings.LastIndexByte(entry, '@')
	first.event = entry[:at]
	fmt.Sscan(entry[at+1:], &first.version)
	return &first
}

func (s state) remembering(key, event string) state {
	if key != "" {
		s.keys += fmt.Sprintf(" %s=%s@%d", key, event, s.version)
	}
	return s
}

// ---- whether an answer is right at one moment

// Also answers the state after the operation.
func step(s state, r *Request, a *Answer) (bool, state) {
	if r.isTheEnd {
		s.ended = true
		return true, s
	}
	if a == nil {
		return stepOfUnknown(s, r)
	}
	what, next := become(s, r)
	switch {
	case a.Replayed:
		return what == replayed && isRightReplay(s, s.firstWith(r.Key), a), s
	case a.Status == 404:
		return what == missing, s
	case a.Status == 410:
		return what == gone, s
	case a.Status == 412 && isBehind(r, a):
		// Versions never go back, so this needs no confirming: it may rest on an older state than the newest one.
		return what != replayed && s.version >= a.Version, s
	case a.Status == 412:
		return what == conflict && a.shows(s), s
	case a.Status/100 != 2:
		return false, s
	case a.EventID != "":
		return what == applied && (next.deleted || a.shows(next)), next.remembering(r.Key, a.EventID)
	default:
		return (what == found || what == unchanged) && a.shows(s), s
	}
}

// It happens once, now or later, or never: never is after the end.
func stepOfUnknown(s state, r *Request) (bool, state) {
	if s.ended {
		return true, s
	}
	what, next := become(s, r)
	if what != applied {
		return false, s
	}
	shown, is := r.known.shown[next.version]
	if next.deleted {
		return !is, next
	}
	return next.version <= r.known.last() && (!is || shown == next.content), next.remembering(r.Key, "")
}

// A replay tells the first one's event and the state as this instance knows it: not older than the event.
func isRightReplay(s state, first *keyed, a *Answer) bool {
	if first.event != "" && first.event != a.EventID {
		return false
	}
	if a.Status == 204 {
		return s.deleted
	}
	return a.Version >= first.version && a.Version <= s.version
}

func isBehind(r *Request, a *Answer) bool {
	return r.Kind != "create" && r.Expect != nil && *r.Expect < a.Version && !r.Merge
}

func (a *Answer) shows(s state) bool {
	return a.Version == s.version && a.content() == s.content
}

// ---- the same, in porcupine's words

func taskModel() porcupine.Model {
	return porcupine.Model{
		Partition: byTask,
		Init:      func() interface{} { return state{} },
		Step: func(s, input, output interface{}) (bool, interface{}) {
			return step(s.(state), input.(*Request), output.(*Answer))
		},
		DescribeOperation: func(input, output interface{}) string { return describe(input.(*Request), output.(*Answer)) },
		DescribeState:     func(s interface{}) string { return s.(state).String() },
	}
}

func describe(r *Request, a *Answer) string {
	if r.isTheEnd {
		return "the end"
	}
	said := r.Kind
	if r.Expect != nil {
		said += fmt.Sprintf(" of v%d", *r.Expect)
	}
	if r.Merge {
		said += ", merging"
	}
	if r.Title != nil {
		said += fmt.Sprintf(" title=%s", *r.Title)
	}
	if r.Description != nil {
		said += fmt.Sprintf(" description=%s", *r.Description)
	}
	if r.Key != "" {
		said += " key=" + r.Key
	}
	if a == nil {
		return said + " → unknown"
	}
	said += fmt.Sprintf(" → %d", a.Status)
	if a.Replayed {
		said += " replayed"
	}
	if a.Version > 0 {
		said += fmt.Sprintf(" v%d %q %q", a.Version, a.Title, a.Description)
	}
	return said
}
