package mutants

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func known() []Mutant {
	return []Mutant{
		{Folder: "samples/greeting", Name: "check-dropped"},
		{Folder: "samples/greeting", Name: "lock-dropped"},
		{Folder: "samples/payment", Name: "check-dropped"},
	}
}

func TestSelect(t *testing.T) {
	all := known()
	for _, test := range []struct {
		name   string
		names  []string
		chosen []Mutant
	}{
		{"no names choose all", nil, all},
		{"a folder", []string{"samples/greeting"}, all[:2]},
		{"a folder completed by a shell", []string{"./samples/greeting/"}, all[:2]},
		{"a mutant", []string{"samples/greeting/lock-dropped"}, all[1:2]},
		{"any order, no mutant twice", []string{"samples/payment", "samples/greeting/lock-dropped", "samples/payment/check-dropped"}, all[1:]},
	} {
		t.Run(test.name, func(t *testing.T) {
			chosen, err := Select(all, test.names)
			require.NoError(t, err)
			assert.Equal(t, test.chosen, chosen)
		})
	}
}

func TestSelectOffersWhatWasPerhapsMeant(t *testing.T) {
	_, err := Select(known(), []string{"samples/greetign", "samples/payment/checks", "payment", "nonsense"})
	require.EqualError(t, err, `no folder or mutant is called samples/greetign; did you mean samples/greeting?
no folder or mutant is called samples/payment/checks; did you mean samples/payment/check-dropped?
no folder or mutant is called payment; did you mean samples/payment, samples/payment/check-dropped?
no folder or mutant is called nonsense; folders with mutants: samples/greeting, samples/payment`)
}
