package main

import (
	"fmt"
	"io"
	"math"

	"github.com/anishathalye/porcupine"
)

const (
	orderShown = 8  // the last operations of the order that was found
	openShown  = 12 // those that should come next
)

// Of each task without an order: how far the longest one goes, and what had to come next and cannot.
func explain(out io.Writer, parts [][]porcupine.Operation, info porcupine.LinearizationInfo) {
	for p, orders := range info.PartialLinearizations() {
		longest := longestOf(orders)
		if len(longest) < len(parts[p]) {
			explainTask(out, parts[p], longest)
		}
	}
}

func explainTask(out io.Writer, operations []porcupine.Operation, order []int) {
	fmt.Fprintf(out, "task %s: an order was found for %d of %d operations. It ends with\n",
		operations[0].Input.(*Request).Task, len(order), len(operations))
	placed := map[int]bool{}
	s := state{}
	for i, id := range order {
		placed[id] = true
		_, s = step(s, operations[id].Input.(*Request), operations[id].Output.(*Answer))
		if i >= len(order)-orderShown {
			fmt.Fprintf(out, "  client %d: %s   [%v]\n", operations[id].ClientId, describeOperation(operations[id]), s)
		}
	}
	fmt.Fprintln(out, "and none of these can come next:")
	// An operation that was called after another one's return cannot come before it.
	var due int64 = math.MaxInt64
	for id, operation := range operations {
		if !placed[id] && operation.Return < due {
			due = operation.Return
		}
	}
	shown := 0
	for id, operation := range operations {
		if !placed[id] && operation.Call <= due && shown < openShown {
			shown++
			fmt.Fprintf(out, "  client %d: %s\n", operation.ClientId, describeOperation(operation))
		}
	}
}

func describeOperation(operation porcupine.Operation) string {
	return describe(operation.Input.(*Request), operation.Output.(*Answer))
}

func longestOf(orders [][]int) []int {
	var longest []int
	for _, order := range orders {
		if len(order) > len(longest) {
			longest = order
		}
	}
	return longest
}
