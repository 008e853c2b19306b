// Reads a compose file as Docker Compose v2 does: it is held against the schema of the Compose specification, its variables
// are put in, and its services, networks and volumes must fit together. Says what is wrong with it, or names its services.
package main

import (
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/cli"
)

func main() {
	options, err := cli.NewProjectOptions(os.Args[1:], cli.WithName("taskstream"), cli.WithOsEnv)
	if err == nil {
		project, read := cli.ProjectFromOptions(options)
		if err = read; err == nil {
			for _, service := range project.Services {
				fmt.Println(service.Name)
			}
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
