// Command greeter is a service of your own that runs blueprints.
package main

import (
	"context"
	"embed"
	"io/fs"
	"log"
	"os"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/blueprint/engine"
)

// Person is what greet is given: documents are checked against its JSON tags.
type Person struct {
	Name string `json:"name"`
}

func greet(_ context.Context, person Person) (string, error) {
	return "Hello, " + person.Name + "!", nil
}

// register lets the worker run the documents in a folder, and any that comes along.
func register(w worker.Registry, definitions fs.FS) error {
	catalog := engine.NewCatalog()
	catalog.Activity("greet", greet, engine.ActivityOptions{})
	interpreter, err := engine.New(catalog, engine.Options{Definitions: definitions})
	if err != nil {
		return err // all that is wrong with the catalog and with each document
	}
	interpreter.Register(w)
	return nil
}

//go:embed definitions
var embedded embed.FS

func main() {
	connection, err := client.Dial(envconfig.MustLoadDefaultClientOptions())
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	w := worker.New(connection, "greeter", worker.Options{DisableRegistrationAliasing: true})
	var definitions fs.FS = embedded
	if len(os.Args) > 1 {
		definitions = os.DirFS(os.Args[1])
	}
	if err := register(w, definitions); err != nil {
		log.Fatal(err)
	}
	if err := w.Run(worker.InterruptCh()); err != nil {
		log.Fatal(err)
	}
}
