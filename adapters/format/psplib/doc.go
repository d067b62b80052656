// Package psplib reads the instance files of the project scheduling library
// PSPLIB (Kolisch & Sprecher 1996) and the older Patterson form into problems
// for package level.
//
// ReadSM reads single-mode files (.sm), ReadMM multi-mode files (.mm) and
// ReadRCP the Patterson form (.rcp). Read and ReadFile choose by the name of
// the file. Every reader keeps the activities in file order with the dummy
// source and sink, whose ids are the job numbers of the file, and the modes in
// file order.
//
// An instance larger than MaxBytes or with more than MaxJobs jobs is refused;
// an error names the line and what was expected there.
package psplib
