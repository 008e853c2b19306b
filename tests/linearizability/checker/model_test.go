package main

import (
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

func text(s string) *string { return &s }
func at(version int) *int   { return &version }

func during(call, returned int64, r Request, a *Answer) Operation {
	r.Task = "a"
	return Operation{Call: call, Return: returned, Request: r, Answer: a}
}

func create(title string) Request { return Request{Kind: "create", Title: text(title)} }
func edit(expect *int, title string) Request {
	return Request{Kind: "edit", Expect: expect, Title: text(title)}
}
func describeAs(expect *int, description string) Request {
	return Request{Kind: "edit", Expect: expect, Description: text(description)}
}
func merging(r Request) Request             { r.Merge = true; return r }
func withKey(key string, r Request) Request { r.Key = key; return r }

var (
	read   = Request{Kind: "read"}
	remove = Request{Kind: "delete"}
)

func made(version int, title, event string) *Answer {
	return &Answer{Status: 200, Version: version, Title: title, EventID: event}
}
func shown(version int, title string) *Answer {
	return &Answer{Status: 200, Version: version, Title: title}
}
func again(version int, title, event string) *Answer {
	return &Answer{Status: 200, Version: version, Title: title, EventID: event, Replayed: true}
}
func refused(version int, title string) *Answer {
	return &Answer{Status: 412, Version: version, Title: title}
}
func status(code int) *Answer { return &Answer{Status: code} }

var created = during(0, 1, create("one"), made(1, "one", "e1"))

var good = map[string][]Operation{
	"one after another": {
		created,
		during(2, 3, edit(at(1), "two"), made(2, "two", "e2")),
		during(4, 5, read, shown(2, "two")),
		during(6, 7, remove, &Answer{Status: 204, EventID: "e3"}),
		during(8, 9, read, status(410)),
	},
	"a read meanwhile sees either": {
		created,
		during(2, 9, edit(at(1), "two"), made(2, "two", "e2")),
		during(3, 4, read, shown(1, "one")),
		during(5, 6, read, shown(2, "two")),
	},
	"nothing is there before it is made": {
		during(0, 1, read, status(404)),
		during(2, 3, create("one"), made(1, "one", "e1")),
		during(4, 5, create("other"), refused(1, "one")),
	},
	"an unknown one happens late": {
		created,
		during(2, 3, edit(nil, "two"), nil),
		during(4, 5, read, shown(1, "one")),
		during(6, 7, read, shown(2, "two")),
	},
	"an unknown one never happens": {
		created,
		during(2, 3, edit(nil, "two"), nil),
		during(4, 5, edit(at(1), "three"), made(2, "three", "e3")),
		during(6, 7, read, shown(2, "three")),
	},
	"a refusal of what lies behind may rest on an older state": {
		created,
		during(2, 3, edit(at(1), "two"), made(2, "two", "e2")),
		during(4, 5, edit(at(2), "three"), made(3, "three", "e3")),
		during(6, 7, edit(at(1), "four"), refused(2, "two")),
	},
	"a change that changes nothing": {
		created,
		during(2, 3, edit(nil, "one"), shown(1, "one")),
	},
	"a replay, and it may show an older state": {
		created,
		during(2, 3, withKey("k", edit(at(1), "two")), made(2, "two", "e2")),
		during(4, 5, edit(at(2), "three"), made(3, "three", "e3")),
		during(6, 7, withKey("k", edit(at(1), "two")), again(2, "two", "e2")),
	},
	"a replay of what was unknown": {
		created,
		during(2, 3, withKey("k", edit(nil, "two")), nil),
		during(4, 5, withKey("k", edit(nil, "two")), again(2, "two", "e2")),
	},
	"merged where nobody has changed the same": {
		created,
		during(2, 3, describeAs(at(1), "x"), &Answer{Status: 200, Version: 2, Title: "one", Description: "x", EventID: "e2"}),
		during(4, 5, merging(edit(at(1), "two")), &Answer{Status: 200, Version: 3, Title: "two", Description: "x", EventID: "e3"}),
		during(6, 7, merging(edit(at(1), "three")), &Answer{Status: 412, Version: 3, Title: "two", Description: "x"}),
	},
}

var bad = map[string][]Operation{
	"a lost update": {
		created,
		during(2, 5, edit(at(1), "two"), made(2, "two", "e2")),
		during(3, 6, edit(at(1), "other"), made(2, "two", "e3")),
	},
	"an acknowledged write that is gone": {
		created,
		during(2, 3, edit(at(1), "two"), made(2, "two", "e2")),
		during(4, 5, edit(nil, "three"), made(2, "three", "e3")),
	},
	"a stale read": {
		created,
		during(2, 3, edit(at(1), "two"), made(2, "two", "e2")),
		during(4, 5, read, shown(1, "one")),
	},
	"reads that go back": {
		created,
		during(2, 9, edit(at(1), "two"), made(2, "two", "e2")),
		during(3, 4, read, shown(2, "two")),
		during(5, 6, read, shown(1, "one")),
	},
	"a stale word that nothing would change": {
		created,
		during(2, 3, edit(at(1), "two"), made(2, "two", "e2")),
		during(4, 5, edit(nil, "one"), shown(1, "one")),
	},
	"missing, although it was made": {
		created,
		during(2, 3, edit(nil, "two"), status(404)),
	},
	"there after it was deleted": {
		created,
		during(2, 3, remove, &Answer{Status: 204, EventID: "e2"}),
		during(4, 5, read, shown(1, "one")),
	},
	"a refusal that names a version to come": {
		created,
		during(2, 3, edit(at(1), "two"), refused(2, "two")),
		during(4, 5, edit(at(1), "two"), made(2, "two", "e2")),
	},
	"a refusal of the version that it has": {
		created,
		during(2, 3, edit(at(1), "two"), refused(1, "one")),
	},
	"a stale refusal of a version ahead": {
		created,
		during(2, 3, edit(at(1), "two"), made(2, "two", "e2")),
		during(4, 5, edit(at(2), "three"), refused(1, "one")),
	},
	"what was refused has happened": {
		created,
		during(2, 3, edit(at(2), "two"), refused(1, "one")),
		during(4, 5, read, shown(2, "two")),
	},
	"an unknown one happens twice": {
		created,
		during(2, 3, edit(nil, "two"), nil),
		during(4, 5, read, shown(2, "two")),
		during(6, 7, edit(at(2), "three"), made(3, "three", "e3")),
		during(8, 9, read, shown(4, "two")),
	},
	"a key applied twice": {
		created,
		during(2, 3, withKey("k", edit(nil, "two")), made(2, "two", "e2")),
		during(4, 5, edit(at(2), "three"), made(3, "three", "e3")),
		during(6, 7, withKey("k", edit(nil, "two")), made(4, "two", "e4")),
	},
	"a replay of another event": {
		created,
		during(2, 3, withKey("k", edit(nil, "two")), made(2, "two", "e2")),
		during(4, 5, withKey("k", edit(nil, "two")), again(2, "two", "e9")),
	},
	"a conflict told to who has won": {
		created,
		during(2, 3, withKey("k", edit(at(1), "two")), made(2, "two", "e2")),
		during(4, 5, withKey("k", edit(at(1), "two")), refused(2, "two")),
	},
	"merged over a conflict": {
		created,
		during(2, 3, edit(at(1), "two"), made(2, "two", "e2")),
		during(4, 5, merging(edit(at(1), "three")), made(3, "three", "e3")),
	},
	"one version, two faces": {
		created,
		during(2, 9, edit(at(1), "two"), made(2, "two", "e2")),
		during(2, 9, edit(at(1), "other"), made(2, "other", "e3")),
	},
}

func TestGoodHistoriesAreAccepted(t *testing.T) {
	for name, operations := range good {
		if v := check(copied(operations), time.Minute); v.result != porcupine.Ok {
			t.Errorf("%s: %s %s", name, v.result, v.reason)
		}
	}
}

func TestBadHistoriesAreRefused(t *testing.T) {
	for name, operations := range bad {
		if v := check(copied(operations), time.Minute); v.result != porcupine.Illegal {
			t.Errorf("%s: %s", name, v.result)
		}
	}
}

func TestTasksAreJudgedApart(t *testing.T) {
	operations := copied(bad["a stale read"])
	for _, operation := range good["one after another"] {
		operation.Request.Task = "b"
		operations = append(operations, operation)
	}
	v := check(operations, time.Minute)
	var account strings.Builder
	explain(&account, v.parts, v.info)
	if v.result != porcupine.Illegal || !strings.Contains(account.String(), "task a:") || strings.Contains(account.String(), "task b:") {
		t.Errorf("%s:\n%s", v.result, account.String())
	}
	if !strings.Contains(account.String(), `read → 200 v1 "one"`) {
		t.Errorf("the stale read is not named:\n%s", account.String())
	}
}

// A hot task through an outage: many that may have happened, one of which has at a time. The search must stay short.
func TestManyUnknownOnesDoNotHinderTheSearch(t *testing.T) {
	operations := []Operation{created}
	clock, version := int64(2), 1
	for i := 0; i < 300; i++ {
		title := "lost" + string(rune('a'+i%26)) + strings.Repeat("x", i/26)
		operations = append(operations, during(clock, clock+1, edit(nil, title), nil))
		if i%7 == 0 {
			version++
			operations = append(operations, during(clock+2, clock+3, read, shown(version, title)))
		}
		clock += 4
	}
	begun := time.Now()
	if v := check(operations, 20*time.Second); v.result != porcupine.Ok {
		t.Errorf("%s after %s", v.result, time.Since(begun))
	}
}

// Preparing writes into the operations.
func copied(operations []Operation) []Operation { return append([]Operation(nil), operations...) }
