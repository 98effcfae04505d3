module example.com/greeter

go 1.26.0

require dynamicsamples v0.0.0

// The samples are not published: replace them by your copy of this repository.
replace dynamicsamples => ../../../..
