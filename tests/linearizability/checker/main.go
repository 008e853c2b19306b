// Judges a history of operations on tasks: is there an order in which all answers are right, each operation taking effect
// at one moment between its call and its return?
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/anishathalye/porcupine"
)

func main() {
	timeout := flag.Duration("timeout", time.Minute, "how long to search; a search that is cut short is a failure")
	account := flag.String("account", "", "where to write the picture (HTML) of a history that is refused")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: checker [--timeout D] [--account FILE] HISTORY\n\n"+
			"Exit code 0: there is such an order. 1: there is none. 2: the search did not come to its end.")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	file, err := os.Open(flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	history, err := readHistory(file)
	if err != nil || len(history) == 0 {
		fmt.Fprintln(os.Stderr, "the history cannot be read, or holds nothing:", err)
		os.Exit(2)
	}
	os.Exit(report(check(history, *timeout), *account))
}

type verdict struct {
	result porcupine.CheckResult
	reason string // where it needs no search
	parts  [][]porcupine.Operation
	info   porcupine.LinearizationInfo
}

func check(history []Operation, timeout time.Duration) verdict {
	prepared, err := prepare(history)
	if err != nil {
		return verdict{result: porcupine.Illegal, reason: err.Error()}
	}
	// Without notes it is quicker; they are taken only of what is refused.
	result := porcupine.CheckOperationsTimeout(taskModel(), prepared, timeout)
	if result == porcupine.Ok {
		return verdict{result: result}
	}
	_, info := porcupine.CheckOperationsVerbose(taskModel(), prepared, timeout)
	return verdict{result: result, parts: byTask(prepared), info: info}
}

func report(v verdict, account string) int {
	switch v.result {
	case porcupine.Ok:
		fmt.Println("linearizable")
		return 0
	case porcupine.Unknown:
		fmt.Println("the search did not come to its end in time")
		return 2
	}
	fmt.Println("not linearizable")
	if v.reason != "" {
		fmt.Println(v.reason)
		return 1
	}
	explain(os.Stdout, v.parts, v.info)
	if account != "" {
		if err := porcupine.VisualizePath(taskModel(), v.info, account); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	return 1
}
